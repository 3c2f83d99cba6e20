package io.millrace.broker.log;

import java.io.IOException;

/** Is told of each change that a move makes to files, right after it: where a test stops the broker. */
interface MoveSteps {
    MoveSteps UNWATCHED = step -> {};

    void done(String step) throws IOException;
}
