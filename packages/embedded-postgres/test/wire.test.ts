import * as fc from 'fast-check';
import {
  errorResponse,
  firstColumns,
  message,
  MessageReader,
  parameterStatuses,
  ProtocolError,
  query,
  readOpening,
  startupMessage,
} from '../src/wire';

describe('MessageReader', () => {
  it('cuts the same messages out of a stream, however it is chunked', () => {
    const body = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(
        fc.array(body, { maxLength: 20 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 400 })),
        (bodies, sizes) => {
          const messages = bodies.map((bytes) => message('d', Buffer.from(bytes)));
          const stream = Buffer.concat(messages);
          const reader = new MessageReader();
          const read: Buffer[] = [];
          for (let at = 0; at < stream.length;) {
            const size = sizes.next().value as number;
            reader.push(stream.subarray(at, at + size));
            at += size;
            for (let next = reader.next(); next; next = reader.next()) read.push(next);
          }
          expect(read).toEqual(messages);
          expect(reader.size).toBe(0);
        },
      ),
    );
  });

  it.each([
    ['shorter than its own length', 3],
    ['longer than PostgreSQL takes', 0x40000000],
    ['negative', -1],
  ])('refuses a message whose length is %s', (_, length) => {
    const head = Buffer.from('Q....');
    head.writeInt32BE(length, 1);
    const reader = new MessageReader();
    reader.push(head);
    expect(() => reader.next()).toThrow(ProtocolError);
  });
});

describe('readOpening', () => {
  it('reads user, database and the settings of the session', () => {
    const packet = startupMessage({
      user: 'postgres',
      database: 'postgres',
      application_name: 'psql',
      DateStyle: 'German',
    });
    expect(readOpening(packet)).toEqual({
      kind: 'startup',
      user: 'postgres',
      database: 'postgres',
      settings: { application_name: 'psql', DateStyle: 'German' },
    });
  });

  it('takes the user for the database where none is named', () => {
    expect(readOpening(startupMessage({ user: 'ada' }))).toMatchObject({ database: 'ada' });
  });

  it.each([
    ['-c work_mem=5MB', { work_mem: '5MB' }],
    ['-cwork_mem=5MB --statement-timeout=10', { work_mem: '5MB', statement_timeout: '10' }],
    ['-c search_path=a,\\ b', { search_path: 'a, b' }],
    ['-c app.user_id=1', { 'app.user_id': '1' }],
    ['-h', {}],
  ])('reads the settings in options=%s', (options, settings) => {
    expect(readOpening(startupMessage({ user: 'postgres', options }))).toMatchObject({ settings });
  });

  it('leaves out what is no setting', () => {
    const packet = startupMessage({ user: 'postgres', replication: 'false', '_pq_.extension': '1' });
    expect(readOpening(packet)).toMatchObject({ settings: {} });
  });

  it.each([
    ['SSLRequest', 80877103, { kind: 'encryption' }],
    ['GSSENCRequest', 80877104, { kind: 'encryption' }],
    ['CancelRequest', 80877102, { kind: 'cancel' }],
  ])('knows a %s', (_, code, opening) => {
    const packet = Buffer.alloc(16);
    packet.writeInt32BE(code, 4);
    expect(readOpening(packet)).toEqual(opening);
  });

  it.each([2 << 16, 4 << 16, 0x47455420])('refuses protocol %i', (version) => {
    const packet = Buffer.alloc(16);
    packet.writeInt32BE(version, 4);
    expect(() => readOpening(packet)).toThrow(ProtocolError);
  });
});

describe('answers', () => {
  it('are read for settings and for first columns', () => {
    const row = (value: string | null): Buffer => {
      const head = Buffer.alloc(6);
      head.writeInt16BE(1);
      head.writeInt32BE(value?.length ?? -1, 2);
      return message('D', head, Buffer.from(value ?? ''));
    };
    const answer = Buffer.concat([message('S', 'TimeZone', 'UTC'), row('one'), row(null), row('two')]);
    expect(parameterStatuses(answer)).toEqual({ TimeZone: 'UTC' });
    expect(firstColumns(answer)).toEqual(['one', 'two']);
  });

  it('are written with their length', () => {
    expect(query('SELECT 1').toString('latin1')).toBe('Q\0\0\0\rSELECT 1\0');
    expect(errorResponse({ severity: 'ERROR', code: '55P03', message: 'busy' }).toString('latin1')).toBe(
      'E\0\0\0\x20SERROR\0VERROR\0C55P03\0Mbusy\0\0',
    );
  });
});
