package io.millrace.tools.stream;

import io.millrace.tools.terminal.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files that are sent one after the other: what is wrong with one of them shows before the first is sent. */
record InputFiles(List<Path> paths) {

    /** @throws Failure naming the first that cannot be read */
    static InputFiles of(List<String> names) {
        List<Path> paths = names.stream().map(Path::of).toList();
        for (Path path : paths) {
            if (!Files.exists(path)) {
                throw Failure.usage("There is no file " + path);
            }
            if (Files.isDirectory(path)) {
                throw Failure.usage(path + " is a directory; name files");
            }
            if (!Files.isReadable(path)) {
                throw Failure.usage("No permission to read " + path);
            }
        }
        return new InputFiles(paths);
    }

    /** Of all together; 0 if nobody knows, as of pipes. */
    long bytes() throws IOException {
        long bytes = 0;
        for (Path path : paths) {
            bytes += Files.isRegularFile(path) ? Files.size(path) : 0;
        }
        return bytes;
    }
}
