import { NotesModule } from './notes/notes.module';

/** The module of each domain. */
export const domains = [NotesModule];
