/**
 * Producer ids: taken in blocks from the cluster's shared truth, given out one by one. Transactions will live here too.
 *
 * <p>May import: cluster. Start at {@link io.millrace.broker.txn.ProducerIds}.
 */
package io.millrace.broker.txn;
