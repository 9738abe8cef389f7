import { airlineRefund } from './airline-refund/scenario.js';
import { hotelPayment } from './hotel-payment/scenario.js';
import { inboxCleanup } from './inbox-cleanup/scenario.js';
import { orderRefund } from './order-refund/scenario.js';
import { parcelTracking } from './parcel-tracking/scenario.js';
import { payrollPayout } from './payroll-payout/scenario.js';
import { productSearch } from './product-search/scenario.js';
import { runawayCosts } from './runaway-costs/scenario.js';
import type { Scenario } from './runner/scenario.js';

/** All scenarios, in the order in which `npm start` plays them. */
export const scenarios: readonly Scenario[] = [
  airlineRefund,
  orderRefund,
  productSearch,
  parcelTracking,
  payrollPayout,
  inboxCleanup,
  hotelPayment,
  runawayCosts,
];
