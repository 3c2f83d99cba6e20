package io.millrace.broker.log;

import java.io.IOException;
import java.util.List;

/**
 * Tells a disk that is full, or a process that may open no more files, from a disk that fails: Java has no type for it, only
 * the system's words. Both pass by themselves, and nothing is lost by them.
 */
final class NoSpace {
    /** What Linux says to ENOSPC, EDQUOT, EMFILE and ENFILE. In another language the directory goes offline, which is the safe side. */
    private static final List<String> WORDS =
            List.of("No space left on device", "Disk quota exceeded", "Too many open files");

    private NoSpace() {}

    static boolean isCauseOf(IOException error) {
        String message = String.valueOf(error.getMessage());
        return !(error instanceof LostWriteException) && WORDS.stream().anyMatch(message::contains);
    }
}
