package io.millrace.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file of entries of one size in ascending order of key: a key of 4 or 8 bytes, then a value of 4.
 *
 * <p>New entries stay in memory, in the file's own form, until {@link #persist} appends them to the file, so that an
 * entry costs no system call. Entries that were on file when the index was opened stay there and are searched by
 * positional reads; {@link #seal} turns all into such. Anything here can be rebuilt from the {@code .log}.
 *
 * <p>The file is opened for as long as a call takes: a broker has more indexes than it may have open files.
 *
 * <p>Threading: one writer; any number of readers, without a lock. The segment makes sure that nobody reads before
 * {@link #load}, the log that a look-up is made again if the file was taken away under it.
 */
final class SparseIndex {
    /** So few entries are read from file at once and searched in memory. */
    private static final int BLOCK = 256;

    private static final int FIRST_CAPACITY = 16;

    /** An immutable moment: entries on file only, and behind them entries in memory. */
    private record Entries(int onFile, ByteBuffer inMemory, int count) {
        int total() {
            return onFile + count;
        }
    }

    /** An entry and its place, counted from the first. */
    record Entry(int place, long key, int value) {}

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final int keySize;
    private final int entrySize;
    private volatile Path file;
    private boolean isOnFile; // guarded by this, as is the next
    private int written;
    private volatile Entries entries = new Entries(0, NONE, 0);

    /** @param keySize 4 or 8 */
    SparseIndex(Path file, int keySize) {
        this.file = file;
        this.keySize = keySize;
        this.entrySize = keySize + Integer.BYTES;
    }

    /**
     * Takes over what is on file.
     *
     * @return whether there is a file and it ends with a whole entry
     */
    synchronized boolean load() throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        long size = Files.size(file);
        entries = new Entries((int) Math.min(size / entrySize, Integer.MAX_VALUE / entrySize), NONE, 0);
        written = 0;
        isOnFile = true;
        return size % entrySize == 0;
    }

    /** Whether keys ascend strictly and values do not descend, none below zero, over all entries on file. */
    boolean isAscending() throws IOException {
        int onFile = entries.onFile();
        if (onFile == 0) {
            return true;
        }
        long lastKey = -1;
        int lastValue = 0;
        try (FileChannel in = openToRead()) {
            for (int first = 0; first < onFile; first += BLOCK * BLOCK) {
                int count = Math.min(BLOCK * BLOCK, onFile - first);
                ByteBuffer block = read(in, first, count);
                for (int i = 0; i < count; i++) {
                    if (key(block, i) <= lastKey || value(block, i) < lastValue) {
                        return false;
                    }
                    lastKey = key(block, i);
                    lastValue = value(block, i);
                }
            }
        }
        return true;
    }

    int count() {
        return entries.total();
    }

    /** Appends an entry, in memory. */
    void add(long key, int value) {
        Entries now = entries;
        ByteBuffer memory = now.inMemory();
        int at = now.count() * entrySize;
        if (at == memory.capacity()) {
            memory = ByteBuffer.allocate(Math.max(FIRST_CAPACITY * entrySize, at * 2))
                    .put(0, now.inMemory(), 0, at);
        }
        if (keySize == Integer.BYTES) {
            memory.putInt(at, (int) key);
        } else {
            memory.putLong(at, key);
        }
        memory.putInt(at + keySize, value);
        entries = new Entries(now.onFile(), memory, now.count() + 1);
    }

    /** The last entry whose key is not above the given one. */
    Optional<Entry> floor(long key) throws IOException {
        Entries now = entries;
        if (now.count() > 0 && key(now.inMemory(), 0) <= key) {
            return entry(now.inMemory(), floorIn(now.inMemory(), now.count(), key), now.onFile());
        }
        if (now.onFile() == 0) {
            return Optional.empty();
        }
        int low = 0;
        int high = now.onFile();
        try (FileChannel in = openToRead()) {
            while (high - low > BLOCK) {
                int middle = (low + high) >>> 1;
                if (key(read(in, middle, 1), 0) <= key) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            ByteBuffer block = read(in, low, high - low);
            return entry(block, floorIn(block, high - low, key), low);
        }
    }

    /** The first value above the given one. */
    OptionalLong firstValueAbove(long value) throws IOException {
        Entries now = entries;
        if (now.onFile() > 0) {
            try (FileChannel in = openToRead()) {
                int low = 0;
                int high = now.onFile();
                while (low < high) {
                    int middle = (low + high) >>> 1;
                    if (value(read(in, middle, 1), 0) <= value) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                if (low < now.onFile()) {
                    return OptionalLong.of(value(read(in, low, 1), 0));
                }
            }
        }
        for (int i = 0; i < now.count(); i++) {
            if (value(now.inMemory(), i) > value) {
                return OptionalLong.of(value(now.inMemory(), i));
            }
        }
        return OptionalLong.empty();
    }

    /** The entry with the largest key. */
    Optional<Entry> last() throws IOException {
        Entries now = entries;
        if (now.count() > 0) {
            return entry(now.inMemory(), now.count() - 1, now.onFile());
        }
        if (now.onFile() == 0) {
            return Optional.empty();
        }
        try (FileChannel in = openToRead()) {
            return entry(read(in, now.onFile() - 1, 1), 0, now.onFile() - 1);
        }
    }

    private Optional<Entry> entry(ByteBuffer in, int index, int firstPlace) {
        return index < 0
                ? Optional.empty()
                : Optional.of(new Entry(firstPlace + index, key(in, index), value(in, index)));
    }

    private int floorIn(ByteBuffer sorted, int count, long key) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (key(sorted, middle) <= key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** Drops all entries from a place on, in memory and on file. */
    synchronized void truncate(int count) throws IOException {
        Entries now = entries;
        if (count >= now.total()) {
            return;
        }
        int onFile = Math.min(count, now.onFile());
        int inMemory = count - onFile;
        written = Math.min(written, inMemory);
        truncateFile((long) (onFile + written) * entrySize);
        // a copy: a reader may still be looking at the entries that are dropped, and add() writes in their place
        ByteBuffer kept = ByteBuffer.allocate(inMemory * entrySize).put(0, now.inMemory(), 0, inMemory * entrySize);
        entries = new Entries(onFile, kept, inMemory);
    }

    /** Drops whatever is there, damaged bytes included. */
    synchronized void clear() throws IOException {
        entries = new Entries(0, NONE, 0);
        written = 0;
        truncateFile(0);
    }

    private void truncateFile(long size) throws IOException {
        if (Files.exists(file)) {
            try (FileChannel out = openToWrite()) {
                out.truncate(size);
            }
        }
    }

    /** Brings the file up to date; it exists afterwards, if without entries. */
    synchronized void persist() throws IOException {
        Entries now = entries;
        ByteBuffer unwritten = now.inMemory().duplicate().clear();
        unwritten.position(written * entrySize).limit(now.count() * entrySize);
        long at = (long) (now.onFile() + written) * entrySize;
        if (unwritten.hasRemaining() || !isOnFile) {
            try (FileChannel out = openToWrite()) {
                while (unwritten.hasRemaining()) {
                    at += out.write(unwritten, at);
                }
            }
        }
        written = now.count();
        isOnFile = true;
    }

    /** Brings the file up to date and lets go of the memory: no entry will follow. */
    synchronized void seal() throws IOException {
        persist();
        entries = new Entries(entries.total(), NONE, 0);
        written = 0;
    }

    /** The file goes on under another name. */
    void renamed(Path to) {
        file = to;
    }

    private FileChannel openToRead() throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ);
    }

    private FileChannel openToWrite() throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private ByteBuffer read(FileChannel in, int first, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count * entrySize);
        BatchScan.readFully(in, bytes, (long) first * entrySize);
        return bytes.flip();
    }

    private long key(ByteBuffer in, int place) {
        return keySize == Integer.BYTES ? in.getInt(place * entrySize) : in.getLong(place * entrySize);
    }

    private int value(ByteBuffer in, int place) {
        return in.getInt(place * entrySize + keySize);
    }
}
