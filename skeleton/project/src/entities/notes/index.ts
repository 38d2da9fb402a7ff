export { Note } from './note.entity';
