package io.millrace.broker.log;

import java.io.IOException;

/** Is told of each change that a compaction makes to files, right after it: where a test stops the broker. */
interface CompactionSteps {
    CompactionSteps UNWATCHED = step -> {};

    void done(String step) throws IOException;
}
