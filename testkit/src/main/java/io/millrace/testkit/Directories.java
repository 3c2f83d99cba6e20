package io.millrace.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** Where data lie for as long as a test runs. */
final class Directories {
    /** A file system in memory that every Linux has; not there on other systems. */
    private static final Path MEMORY = Path.of("/dev/shm");

    private static final String PREFIX = "millrace-testkit-";

    private Directories() {}

    /** A new one in the directory for temporary files. */
    static Path onDisk() {
        try {
            return Files.createTempDirectory(PREFIX);
        } catch (IOException e) {
            throw new UncheckedIOException("There is no room for a test's data: " + e.getMessage(), e);
        }
    }

    /** A new one in memory, or on disk where the system has no such file system. */
    static Path inMemory() {
        if (!Files.isDirectory(MEMORY) || !Files.isWritable(MEMORY)) {
            return onDisk();
        }
        try {
            return Files.createTempDirectory(MEMORY, PREFIX);
        } catch (IOException e) {
            return onDisk();
        }
    }

    /** With all that is in it. What vanishes meanwhile is gone, too. */
    static void delete(Path directory) throws IOException {
        try {
            Files.walkFileTree(directory, new Deleting());
        } catch (NoSuchFileException e) {
            return; // as it should be
        }
    }

    private static final class Deleting extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
