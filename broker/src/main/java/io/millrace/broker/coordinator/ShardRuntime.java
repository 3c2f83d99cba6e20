package io.millrace.broker.coordinator;

import java.time.Clock;
import java.util.concurrent.Executor;

/**
 * What shards run on.
 *
 * @param turns runs turns: a few threads, shared by all shards; must outlive {@link Shards#close}
 * @param loads reads logs while shards load: may block on the disk
 * @param scheduler time for timers
 * @param clock time for records
 */
public record ShardRuntime(Executor turns, Executor loads, Scheduler scheduler, Clock clock) {}
