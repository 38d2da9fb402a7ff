import 'reflect-metadata';
import { makeTemplate } from './template';

export default makeTemplate;
