package io.millrace.broker.group;

import io.millrace.protocol.wire.Bytes;

/** One way of assigning that a member supports, and what the member tells those who use it; the broker looks into neither. */
public record MemberProtocol(String name, Bytes metadata) {}
