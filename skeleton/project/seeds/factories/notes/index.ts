import { noteFactory } from './note.factory';

export const notes = [noteFactory] as const;
