import { Injectable } from '@nestjs/common';
import { UserContext } from '../../database/user-context';
import { Task } from '../../entities';
import { NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { type Page, pageOf, type PageRequest } from '../../http/pagination/page';

/** The properties of a task that a user sets. */
export type TaskValues = Pick<Task, 'title'> & Partial<Pick<Task, 'description' | 'completed'>>;

/** A user's tasks (002). Each method acts as the user: no query filters by user, because row-level security does. */
@Injectable()
export class TasksService {
  constructor(private readonly context: UserContext) {}

  /**
   * @throws BrokenRulesError if a value breaks a rule of the entity
   * @throws ConflictError if the user does not exist
   */
  create(userId: string, values: TaskValues): Promise<Task> {
    return this.context
      .asUser(userId, (manager) => manager.save(manager.create(Task, { ...values, userId })))
      .catch(throwDomainError);
  }

  /** The newest first. */
  list(userId: string, request: PageRequest): Promise<Page<Task>> {
    return this.context.asUser(userId, (manager) => pageOf(manager, Task, { by: 'createdAt', order: 'DESC' }, request));
  }

  /** @throws NotFoundError */
  get(userId: string, id: string): Promise<Task> {
    return this.context.asUser(userId, async (manager) => found(id, await manager.findOneBy(Task, { id })));
  }

  /**
   * Changes the given properties.
   *
   * @throws NotFoundError
   * @throws BrokenRulesError if a value breaks a rule of the entity
   */
  change(userId: string, id: string, values: Partial<TaskValues>): Promise<Task> {
    return this.context
      .asUser(userId, async (manager) => {
        const lock = { mode: 'pessimistic_write' } as const;
        const task = found(id, await manager.findOne(Task, { where: { id }, lock }));
        return manager.save(Object.assign(task, values));
      })
      .catch(throwDomainError);
  }

  /** @throws NotFoundError */
  async remove(userId: string, id: string): Promise<void> {
    await this.context.asUser(userId, async (manager) => {
      const { affected } = await manager.delete(Task, { id });
      if (affected === 0) throw new NotFoundError('task', id);
    });
  }
}

function found(id: string, task: Task | null): Task {
  if (!task) throw new NotFoundError('task', id);
  return task;
}
