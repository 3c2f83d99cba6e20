package io.millrace.client.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which entities' quotas are wanted. Immutable; each method gives another filter.
 *
 * @param parts what an entity must have
 * @param strict whether it must have nothing else
 */
public record QuotaFilter(List<Part> parts, boolean strict) {
    private static final QuotaFilter ALL = new QuotaFilter(List.of(), false);

    public QuotaFilter {
        parts = List.copyOf(parts);
    }

    /** How a name is matched, with the protocol's numbers. */
    public enum Match {
        EXACT(0),
        DEFAULT(1),
        ANY(2);

        private final byte code;

        Match(int code) {
            this.code = (byte) code;
        }

        byte code() {
            return code;
        }
    }

    /**
     * A part that an entity must have.
     *
     * @param type such as {@link QuotaEntity#USER}
     * @param name for {@link Match#EXACT}
     */
    public record Part(String type, Match match, Optional<String> name) {}

    /** All entities that have quotas. */
    public static QuotaFilter all() {
        return ALL;
    }

    /** This entity and no other. */
    public static QuotaFilter exactly(QuotaEntity entity) {
        List<Part> parts = new ArrayList<>();
        entity.parts()
                .forEach((type, name) -> parts.add(new Part(type, name.isEmpty() ? Match.DEFAULT : Match.EXACT, name)));
        return new QuotaFilter(parts, true);
    }

    /** Those that also have a part of this type, whatever its name. */
    public QuotaFilter with(String type) {
        return with(new Part(type, Match.ANY, Optional.empty()));
    }

    /** Those that also have this part. */
    public QuotaFilter with(String type, String name) {
        return with(new Part(type, Match.EXACT, Optional.of(name)));
    }

    private QuotaFilter with(Part part) {
        List<Part> more = new ArrayList<>(parts);
        more.add(part);
        return new QuotaFilter(more, strict);
    }
}
