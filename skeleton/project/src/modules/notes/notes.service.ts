import { Injectable } from '@nestjs/common';
import { UserContext } from '../../database/user-context';
import { Note } from '../../entities';
import { NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { type Page, pageOf, type PageRequest } from '../../http/pagination/page';

/** What a person says of a note. */
export type NoteValues = Pick<Note, 'content'> & Partial<Pick<Note, 'pinned'>>;

/** A person's notes. Each method acts as the person: no WHERE says whose, the database does. */
@Injectable()
export class NotesService {
  constructor(private readonly context: UserContext) {}

  /** @throws BrokenRulesError where a value breaks a rule of the entity */
  create(ownerId: string, values: NoteValues): Promise<Note> {
    return this.context
      .asUser(ownerId, (manager) => manager.save(manager.create(Note, { ...values, ownerId })))
      .catch(throwDomainError);
  }

  /** The newest first. */
  list(ownerId: string, request: PageRequest): Promise<Page<Note>> {
    return this.context.asUser(ownerId, (manager) =>
      pageOf(manager, Note, { by: 'createdAt', order: 'DESC' }, request),
    );
  }

  /** @throws NotFoundError */
  get(ownerId: string, id: string): Promise<Note> {
    return this.context.asUser(ownerId, async (manager) => found(id, await manager.findOneBy(Note, { id })));
  }

  /**
   * Changes what is given.
   *
   * @throws NotFoundError
   * @throws BrokenRulesError where a value breaks a rule of the entity
   */
  change(ownerId: string, id: string, values: Partial<NoteValues>): Promise<Note> {
    return this.context
      .asUser(ownerId, async (manager) => {
        const lock = { mode: 'pessimistic_write' } as const;
        const note = found(id, await manager.findOne(Note, { where: { id }, lock }));
        return manager.save(Object.assign(note, values));
      })
      .catch(throwDomainError);
  }

  /** @throws NotFoundError */
  async remove(ownerId: string, id: string): Promise<void> {
    await this.context.asUser(ownerId, async (manager) => {
      const { affected } = await manager.delete(Note, { id });
      if (affected === 0) throw new NotFoundError('note', id);
    });
  }
}

function found(id: string, note: Note | null): Note {
  if (!note) throw new NotFoundError('note', id);
  return note;
}
