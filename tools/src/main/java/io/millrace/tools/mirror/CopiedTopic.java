package io.millrace.tools.mirror;

import io.millrace.protocol.Uuid;

/**
 * A topic that is copied.
 *
 * @param source its name there
 * @param sourceId another topic of the same name has another id
 * @param target its name here
 * @param via the ids of the clusters that its records have come through before, with + between them
 * @param keepsOffsets whether record N there is record N here; if not, the target gives offsets, and pairs of them are noted
 */
record CopiedTopic(String source, Uuid sourceId, String target, int partitions, String via, boolean keepsOffsets) {

    CopiedTopic via(String clusters) {
        return new CopiedTopic(source, sourceId, target, partitions, clusters, keepsOffsets);
    }
}
