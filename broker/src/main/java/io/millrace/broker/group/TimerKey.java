package io.millrace.broker.group;

/** What the timers of a shard are for. */
sealed interface TimerKey {
    record Session(String groupId, String memberId) implements TimerKey {}

    record PendingMember(String groupId, String memberId) implements TimerKey {}

    record JoinPhase(String groupId) implements TimerKey {}

    record SyncPhase(String groupId) implements TimerKey {}

    record CleanUp() implements TimerKey {}
}
