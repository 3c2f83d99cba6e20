package io.millrace.client.admin;

import java.util.List;

/**
 * A move of a partition that is under way (KIP-455), with ids of brokers.
 *
 * @param replicas all of now, those that are being added or removed included
 */
public record Reassignment(List<Integer> replicas, List<Integer> adding, List<Integer> removing) {
    public Reassignment {
        replicas = List.copyOf(replicas);
        adding = List.copyOf(adding);
        removing = List.copyOf(removing);
    }
}
