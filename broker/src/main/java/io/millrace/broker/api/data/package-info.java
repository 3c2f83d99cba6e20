/**
 * The handlers that move records: Produce, Fetch with its sessions, ListOffsets, and what goes with them.
 *
 * <p>May import: api, replica, cluster, log (values). Start at {@link io.millrace.broker.api.data.ProduceHandler} and
 * {@link io.millrace.broker.api.data.FetchHandler}.
 */
package io.millrace.broker.api.data;
