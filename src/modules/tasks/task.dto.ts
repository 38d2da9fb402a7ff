import { IntersectionType, PartialType, PickType } from '@nestjs/swagger';
import { Task } from '../../entities';
import { withColumns } from '../../http/openapi/columns';

withColumns(Task);

/** A new task; the entity's validation rules apply. */
export class NewTask extends IntersectionType(
  PickType(Task, ['title']),
  PartialType(PickType(Task, ['description', 'completed']), { skipNullProperties: false }),
) {}

export class TaskChanges extends PartialType(NewTask, { skipNullProperties: false }) {}
