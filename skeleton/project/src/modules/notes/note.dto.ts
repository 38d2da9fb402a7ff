import { IntersectionType, PartialType, PickType } from '@nestjs/swagger';
import { Note } from '../../entities';
import { withColumns } from '../../http/openapi/columns';

withColumns(Note);

/** What a person says of a new note: the rules are the entity's. */
export class NewNote extends IntersectionType(
  PickType(Note, ['content']),
  PartialType(PickType(Note, ['pinned']), { skipNullProperties: false }),
) {}

export class NoteChanges extends PartialType(NewNote, { skipNullProperties: false }) {}
