package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.Path;

/** A checkpoint's content cannot be used; what it held has to be found out in another way. */
final class MalformedCheckpointException extends IOException {
    MalformedCheckpointException(Path file, String why) {
        super(file + " cannot be used: " + why);
    }
}
