package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Names of the files of a partition's directory: a base offset of 20 digits, what it is, and perhaps what is to become
 * of it.
 */
final class SegmentFiles {
    static final String LOG = ".log";
    static final String SNAPSHOT = ".snapshot";
    static final String TRANSACTION_INDEX = ".txnindex";

    /** To be removed after a while. */
    static final String DELETED = ".deleted";
    /** Output of a compaction that had not been written whole. */
    static final String CLEANED = ".cleaned";
    /** Output of a compaction, whole, about to take its originals' place. */
    static final String SWAP = ".swap";
    /** A checkpoint being written. */
    static final String TEMPORARY = ".tmp";

    /** All files of one segment; the snapshot is of the producers' state in front of it. */
    static final List<String> OF_SEGMENT =
            List.of(LOG, OffsetIndex.SUFFIX, TimeIndex.SUFFIX, TRANSACTION_INDEX, SNAPSHOT);

    private static final int DIGITS = 20;

    /** A file's name taken apart: {@code 00000000000000000042.log.swap}. */
    record Name(long offset, String kind, String fate) {}

    private SegmentFiles() {}

    static Path path(Path directory, long offset, String kind) {
        return directory.resolve(stem(offset) + kind);
    }

    private static String stem(long offset) {
        String digits = Long.toString(offset);
        return "0".repeat(DIGITS - digits.length()) + digits;
    }

    /** Takes a name apart, if it is one of these. */
    static Optional<Name> parse(String fileName) {
        int dot = fileName.indexOf('.');
        if (dot != DIGITS || !fileName.chars().limit(DIGITS).allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        int second = fileName.indexOf('.', dot + 1);
        int kindEnd = second < 0 ? fileName.length() : second;
        try {
            return Optional.of(new Name(
                    Long.parseLong(fileName.substring(0, DIGITS)),
                    fileName.substring(dot, kindEnd),
                    fileName.substring(kindEnd)));
        } catch (NumberFormatException e) {
            return Optional.empty(); // 20 digits that are more than an offset can be
        }
    }

    /** Names of all files in a directory. */
    static List<String> list(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }
}
