/**
 * Quotas on the wire: told, changed, and kept.
 *
 * <p>{@code QuotaRules} says what may be set; {@code QuotaNames} turns the entities of requests into those of the
 * {@code quota} room; {@code Throttling} stands around every handler and adds the waiting time to its answer, which
 * {@code net} then keeps; {@code QuotaFollower} hands on what the cluster view says. What consumers may read is decided
 * in {@code api.data}, since the answer changes with it. May import: cluster, quota. Start at {@link
 * io.millrace.broker.api.quota.Throttling}.
 */
package io.millrace.broker.api.quota;
