package io.millrace.client.admin;

/** What an election has changed. */
public enum Elected {
    /** Another replica leads now. */
    NEW_LEADER,
    /** Nothing: there was a leader, and it was the one that was wanted. */
    NOT_NEEDED
}
