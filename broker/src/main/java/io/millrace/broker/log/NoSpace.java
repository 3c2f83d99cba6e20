package io.millrace.broker.log;

import java.io.IOException;
import java.util.List;

/** Tells a disk that is full from one that fails: Java has no type for it, only the system's words. */
final class NoSpace {
    /** What Linux says to ENOSPC and EDQUOT. In another language the directory goes offline, which is the safe side. */
    private static final List<String> WORDS = List.of("No space left on device", "Disk quota exceeded");

    private NoSpace() {}

    static boolean isCauseOf(IOException error) {
        String message = String.valueOf(error.getMessage());
        return !(error instanceof LostWriteException) && WORDS.stream().anyMatch(message::contains);
    }
}
