package io.millrace.client.admin;

/** The value of an item where there is nothing to tell but that it was done. */
public enum Done {
    DONE
}
