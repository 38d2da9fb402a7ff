import { readFileSync } from 'node:fs';
import { ConfigurationError } from '@entity-backend/schema';

const KEYS = ['username', 'password', 'host', 'port', 'dbname'] as const;

/**
 * A secret manager's JSON file with username, password, host, port and dbname; other keys are ignored (004). It is read
 * for each new connection, so a rotated password needs no restart.
 */
export class SecretFile {
  private last: string;

  /** @throws ConfigurationError if the file can't be read or lacks a key */
  constructor(private readonly path: string) {
    this.last = this.read();
  }

  /** The connection URL from the file. While the file can't be read, for example during its replacement, the last one. */
  get url(): string {
    try {
      this.last = this.read();
    } catch {
      // Try the previous login; the server decides whether it is still valid.
    }
    return this.last;
  }

  private read(): string {
    const secret = this.parse();
    const missing = KEYS.filter((key) => !/^(string|number)$/.test(typeof secret[key]) || secret[key] === '');
    if (missing.length > 0) throw this.error(`it lacks ${missing.join(', ')}`);
    const { username, password, host, port, dbname } = secret as Record<(typeof KEYS)[number], string | number>;
    const address = String(host).includes(':') ? `[${host}]` : host;
    const url = `postgres://${encodeURIComponent(username)}:${encodeURIComponent(password)}@${address}:${port}/${encodeURI(String(dbname))}`;
    if (!URL.canParse(url)) throw this.error('its host or port is invalid');
    return url;
  }

  private parse(): Record<string, unknown> {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (error) {
      throw this.error(`it can't be read (${(error as NodeJS.ErrnoException).code})`);
    }
    try {
      return Object(JSON.parse(text)) as Record<string, unknown>;
    } catch {
      // The parser's message quotes the file, and so perhaps the password.
      throw this.error('it is not JSON');
    }
  }

  private error(what: string): ConfigurationError {
    return new ConfigurationError(
      `DATABASE_SECRET_FILE is ${JSON.stringify(this.path)}, and ${what}: set it to a JSON file with ${KEYS.join(', ')}.`,
    );
  }
}
