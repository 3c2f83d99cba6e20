package io.millrace.client.admin;

import io.millrace.protocol.Uuid;
import java.util.List;
import java.util.OptionalInt;

/**
 * A topic and who has it.
 *
 * @param id {@link Uuid#ZERO} with brokers that know no ids
 * @param internal whether it is the brokers' own, such as {@code __consumer_offsets}
 * @param partitions in order of their numbers
 */
public record TopicDescription(String name, Uuid id, boolean internal, List<Partition> partitions) {
    public TopicDescription {
        partitions = List.copyOf(partitions);
    }

    /**
     * A partition, with ids of brokers.
     *
     * @param leader empty while there is none
     * @param leaderEpoch -1 with brokers that do not say
     * @param replicas the preferred leader first
     * @param isr those replicas that are in sync
     * @param offline those replicas whose broker or disk is down
     */
    public record Partition(
            int number,
            OptionalInt leader,
            int leaderEpoch,
            List<Integer> replicas,
            List<Integer> isr,
            List<Integer> offline) {
        public Partition {
            replicas = List.copyOf(replicas);
            isr = List.copyOf(isr);
            offline = List.copyOf(offline);
        }
    }
}
