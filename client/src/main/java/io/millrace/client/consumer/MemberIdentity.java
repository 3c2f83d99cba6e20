package io.millrace.client.consumer;

import java.util.Optional;

/**
 * Who somebody is to the group's coordinator.
 *
 * @param memberId empty for one that is no member
 * @param generation of the group; -1 for one that is no member
 */
record MemberIdentity(String memberId, int generation, Optional<String> instanceId) {
    static final int NO_GENERATION = -1;

    static MemberIdentity none(Optional<String> instanceId) {
        return new MemberIdentity("", NO_GENERATION, instanceId);
    }

    /** The same member, outside of any generation. */
    MemberIdentity outside() {
        return new MemberIdentity(memberId, NO_GENERATION, instanceId);
    }

    MemberIdentity named(String id) {
        return new MemberIdentity(id, generation, instanceId);
    }

    MemberIdentity in(String id, int newGeneration) {
        return new MemberIdentity(id, newGeneration, instanceId);
    }

    /** As messages carry it: null for none. */
    String instance() {
        return instanceId.orElse(null);
    }
}
