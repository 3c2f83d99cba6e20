package io.millrace.broker.group;

/** A group, whichever protocol its members speak. A group id belongs to one kind of group at a time. */
sealed interface Group permits ClassicGroup {

    String id();

    /** Whether it has no members. */
    boolean isEmpty();

    /** Whether offsets of the topic are in use: a member consumes it, or may. */
    boolean isSubscribedTo(String topic);

    /** Whether {@link #isSubscribedTo} can tell topics apart: the members are consumers. */
    boolean hasConsumers();

    /** Whether the group has members, has settled, and tells which topics they consume. */
    boolean hasSettledConsumers();

    /** Whether the log knows of it, beside its offsets. */
    boolean isStored();

    /** Since when it is without members, in milliseconds since 1970; empty group without a past: -1. */
    long emptySinceMs();

    /** As it is shown to those who ask. */
    GroupView view();

    /** The same without its members. */
    GroupView summary();
}
