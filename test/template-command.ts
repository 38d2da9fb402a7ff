import 'reflect-metadata';
import { dropLeftovers, makeTemplate } from './template';

void (process.argv[2] === 'make' ? makeTemplate() : dropLeftovers());
