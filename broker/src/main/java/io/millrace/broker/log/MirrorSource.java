package io.millrace.broker.log;

import io.millrace.protocol.Uuid;
import java.util.Optional;

/**
 * The topic of another cluster that a topic here is a mirror of: the value of {@code mirror.source}.
 *
 * <p>A fourth part of that names the clusters that its records have come through before; it is for mirrors, and nothing here.
 *
 * @param topicId of that topic, so that another one of the same name is not taken for it; zero for any
 */
public record MirrorSource(String clusterId, String topic, Uuid topicId) {

    static Optional<MirrorSource> parse(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String[] parts = text.split(":", -1);
        Uuid id = parts.length > 2 ? Uuid.parse(parts[2]) : Uuid.ZERO;
        return Optional.of(new MirrorSource(parts[0], parts[1], id));
    }

    static boolean isValid(String text) {
        String[] parts = text.split(":", -1);
        boolean isWhole = parts.length >= 2 && parts.length <= 4 && !parts[0].isBlank() && !parts[1].isBlank();
        return text.isEmpty()
                || (isWhole && (parts.length < 3 || isId(parts[2])) && (parts.length < 4 || !parts[3].isBlank()));
    }

    private static boolean isId(String text) {
        try {
            Uuid.parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether records of another topic are those that belong here. */
    public boolean covers(MirrorSource other) {
        return clusterId.equals(other.clusterId)
                && topic.equals(other.topic)
                && (topicId.isZero() || topicId.equals(other.topicId));
    }

    /** As the setting is written. */
    @Override
    public String toString() {
        return clusterId + ":" + topic + (topicId.isZero() ? "" : ":" + topicId);
    }
}
