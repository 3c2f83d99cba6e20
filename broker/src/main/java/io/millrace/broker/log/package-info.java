/**
 * The log: partitions' records on disk, each partition a chain of segments, in one of several log directories.
 *
 * <p>Knows files, offsets, record batches, leader epochs, producers' sequences. Does not know requests, replicas,
 * ZooKeeper or sockets. May import: {@code protocol}, {@code config}, {@code quota}, {@code metrics}. Files are as Apache Kafka lays
 * them out, and its dump tool reads them.
 *
 * <p>Doors: {@link io.millrace.broker.log.LogDirectories} claims the disks, {@link io.millrace.broker.log.Logs} opens
 * and keeps what lies on them, {@link io.millrace.broker.log.Log} is one partition. Start at {@code Log}, which has the
 * lock and hands on to what {@code LogBody} names: {@code LogAppends}, {@code LogReader}, {@code LogCuts}, {@code
 * LogFlushes}, {@code LogClosing}, {@code LogCompaction}. Then {@code Segment} and {@code SparseIndex}; {@code Recovery}
 * tells how files become a log again; {@code LogMove} takes one to another directory.
 *
 * <p>Nobody may interrupt a thread that is inside this package: Java closes a FileChannel under an interrupted thread,
 * which looks like a broken disk.
 */
package io.millrace.broker.log;
