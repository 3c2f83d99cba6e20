package io.millrace.broker.replica;

import io.millrace.protocol.TopicPartition;

/** Is told which partitions this broker leads. Called on the leadership thread, in order; must not block. */
public interface LeadershipListener {

    /** This broker leads a partition from now on, or leads it at a new epoch. */
    void leads(Partition partition, int leaderEpoch);

    /** This broker does not lead a partition any more. */
    void resigned(TopicPartition partition);
}
