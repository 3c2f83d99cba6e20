package io.millrace.tools.mirror;

import io.millrace.protocol.Uuid;

/**
 * A topic that is copied.
 *
 * @param source its name there
 * @param sourceId another topic of the same name has another id
 * @param target its name here
 */
record CopiedTopic(String source, Uuid sourceId, String target, int partitions) {}
