import { makeKey } from '../shape/keys';
import type { List } from '../random/random';

/** Texts of a form: those that match a pattern, or a list. */
type Form = RegExp | List<string>;

function numbered(write: (number: string, index: number) => string, length = Number.MAX_SAFE_INTEGER): List<string> {
  return { length, at: (index) => write(index.toString(36), index) };
}

/** Addresses that nobody owns: 10.0.0.0/8 and fd00::/8 are private. */
const ADDRESSES: Record<string, List<string>> = {
  '4': numbered((_, index) => `10.${(index >>> 16) & 255}.${(index >>> 8) & 255}.${index & 255}`, 2 ** 24),
  '6': numbered(
    (_, index) => `fd00::${((index >>> 16) & 0xffff).toString(16)}:${(index & 0xffff).toString(16)}`,
    2 ** 32,
  ),
};

const HEX_LENGTHS: Record<string, number> = {
  md5: 32,
  sha1: 40,
  sha256: 64,
  sha384: 96,
  sha512: 128,
};

/** The forms of text that class-validator knows, by its names for them. Domains are those of RFC 2606, which nobody can own. */
export const FORMATS: Partial<Record<string, Form | ((...constraints: readonly unknown[]) => Form)>> = {
  isAlpha: /^[a-z]+$/,
  isAlphanumeric: /^[a-z0-9]+$/,
  isAscii: /^[ -~]+$/,
  isBase64: numbered((number) => Buffer.from(number.padStart(12, '0')).toString('base64')),
  isBase32: /^([A-Z2-7]{8})+$/,
  isBase58: /^[1-9A-HJ-NP-Za-km-z]+$/,
  isBooleanString: ['true', 'false'],
  isByteLength: (min, max) => new RegExp(`^[a-z]{${Number(min)},${max === undefined ? '' : Number(max)}}$`),
  isDateString: numbered((_, index) => isoDay(index), 20_000),
  isDecimal: /^(0|[1-9]\d{0,5})\.\d\d$/,
  isEmail: numbered((number) => `person.${number}@example.com`),
  isEthereumAddress: /^0x[0-9a-f]{40}$/,
  isFqdn: numbered((number) => `host-${number}.example.com`),
  isHash: (algorithm) => new RegExp(`^[0-9a-f]{${HEX_LENGTHS[String(algorithm)] ?? 8}}$`),
  isHexColor: /^#[0-9a-f]{6}$/,
  isHexadecimal: /^[0-9a-f]+$/,
  isIp: (version) => ADDRESSES[Number(version) === 6 ? '6' : '4'],
  isISO6391: ['de', 'en', 'es', 'fr', 'hi', 'it', 'ja', 'nl', 'pl', 'pt', 'sw'],
  isISO31661Alpha2: ['AT', 'BR', 'CA', 'CH', 'DE', 'ES', 'FR', 'GB', 'IN', 'IT', 'JP', 'KE', 'MX', 'NL', 'PL', 'US'],
  isISO31661Alpha3: ['AUT', 'BRA', 'CAN', 'CHE', 'DEU', 'ESP', 'FRA', 'GBR', 'IND', 'ITA', 'JPN', 'KEN', 'MEX', 'USA'],
  isISO4217CurrencyCode: ['CHF', 'EUR', 'GBP', 'INR', 'JPY', 'KES', 'MXN', 'USD'],
  isIso8601: numbered((_, index) => isoDay(index), 20_000),
  isJson: numbered((_, index) => JSON.stringify({ number: index })),
  isLatitude: /^[1-8]?\d\.\d{4}$/,
  isLocale: ['de_AT', 'de_DE', 'en_GB', 'en_US', 'es_MX', 'fr_FR', 'it_IT', 'ja_JP', 'pt_BR'],
  isLongitude: /^[1-8]?\d\.\d{4}$/,
  isLatLong: /^[1-8]\d\.\d{4},[1-8]\d\.\d{4}$/,
  isMacAddress: /^02(:[0-9a-f]{2}){5}$/,
  isMagnetURI: /^magnet:\?xt=urn:btih:[0-9a-f]{40}$/,
  isMilitaryTime: /^([01]\d|2[0-3]):[0-5]\d$/,
  isMimeType: ['application/json', 'application/pdf', 'image/jpeg', 'image/png', 'text/csv', 'text/html', 'text/plain'],
  isMobilePhone: /^\+1415555\d{4}$/,
  isMongoId: /^[0-9a-f]{24}$/,
  isNumberString: /^[1-9]\d{0,9}$/,
  isOctal: /^[1-7][0-7]*$/,
  isPhoneNumber: /^\+1415555\d{4}$/,
  isPort: numbered((_, index) => String(1024 + index), 64_000),
  isRFC3339: numbered((_, index) => `${isoDay(index)}T12:00:00Z`, 20_000),
  isRgbColor: numbered((_, index) => `rgb(${index >>> 16},${(index >>> 8) & 255},${index & 255})`, 2 ** 24),
  isSemVer: /^(0|[1-9]\d?)\.(0|[1-9]\d?)\.(0|[1-9]\d?)$/,
  isTimeZone: () => Intl.supportedValuesOf('timeZone'),
  isStrongPassword: /^[A-Z][a-z]{5}[0-9]{3}[!#]$/,
  isUrl: numbered((number) => `https://example.com/${number}`),
  isUuid: (version) => (version === undefined || version === 'all' || Number(version) === 4 ? UUIDS : uuids(version)),
};

const UUIDS: List<string> = { length: 2 ** 32, at: (index) => makeKey(0, { seed: 0, index }) };

function uuids(version: unknown): List<string> {
  const at = (index: number): string => UUIDS.at(index)!.replace(/^(.{14})4/, `$1${Number(version)}`);
  return { length: UUIDS.length, at };
}

function isoDay(index: number): string {
  return new Date(Date.UTC(2025, 11, 31) - index * 86_400_000).toISOString().slice(0, 10);
}
