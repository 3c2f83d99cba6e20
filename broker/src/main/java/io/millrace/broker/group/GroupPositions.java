package io.millrace.broker.group;

import io.millrace.protocol.TopicPartition;
import java.util.Map;

/**
 * A group, and how far it has got everywhere.
 *
 * @param state as it is shown to those who ask
 * @param members how many there are
 */
public record GroupPositions(String groupId, String state, int members, Map<TopicPartition, CommittedOffset> offsets) {}
