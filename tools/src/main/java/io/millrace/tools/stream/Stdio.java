package io.millrace.tools.stream;

import io.millrace.tools.terminal.Terminal;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** The process's input and output as channels: no buffer of Java's lies between, and a broken pipe is an exception. */
final class Stdio {
    private Stdio() {}

    static ReadableByteChannel in(Terminal terminal) {
        return isProcess(terminal)
                ? ((FileInputStream) terminal.in()).getChannel()
                : Channels.newChannel(terminal.in());
    }

    static WritableByteChannel out(Terminal terminal) {
        return isProcess(terminal)
                ? new FileOutputStream(FileDescriptor.out).getChannel()
                : Channels.newChannel(terminal.out());
    }

    private static boolean isProcess(Terminal terminal) {
        return terminal.in() instanceof FileInputStream;
    }

    /** Whether output goes where nobody looks: then a progress bar disturbs nothing. */
    static boolean isOutToFile(Terminal terminal) {
        if (!isProcess(terminal) || terminal.ends().out()) {
            return false;
        }
        try {
            Path target = Path.of("/proc/self/fd/1").toRealPath();
            return Files.isRegularFile(target) || target.equals(Path.of("/dev/null"));
        } catch (IOException e) {
            return false; // a pipe, or no Linux
        }
    }
}
