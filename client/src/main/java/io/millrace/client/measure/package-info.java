/**
 * Figures that add up: how long things took, for the snapshots and for whoever wants to hear of each.
 *
 * <p>Knows no client and no library of metrics. May import: nothing. Start at {@link io.millrace.client.measure.Latencies}.
 */
package io.millrace.client.measure;
