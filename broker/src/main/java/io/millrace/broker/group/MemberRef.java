package io.millrace.broker.group;

import java.util.Optional;

/**
 * How a request names a group's member.
 *
 * @param memberId empty where the client has none (yet)
 * @param instanceId of a static member
 */
public record MemberRef(String memberId, Optional<String> instanceId) {}
