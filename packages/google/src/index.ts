export type { MeterOptions } from '@actguard/metering';
