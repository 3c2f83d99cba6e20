/**
 * {@code millrace perf}: how much a cluster takes and gives, and how long it takes.
 *
 * <p>Load at a rate is open-loop: each record is due at a moment, and its latency counts from there, whether or not it
 * could be sent then. May import: {@code client}, {@code tools.connect},
 * {@code tools.terminal}. Start at {@link io.millrace.tools.load.PerfCommand}, then {@link io.millrace.tools.load.Pace}.
 */
package io.millrace.tools.load;
