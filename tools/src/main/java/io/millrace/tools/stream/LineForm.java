package io.millrace.tools.stream;

import java.util.Optional;

/**
 * How records stand in lines: {@code [headers end] [key keyDelimiter] value delimiter}.
 *
 * @param delimiter behind each record
 * @param keyDelimiter between key and value; empty if there are no keys
 * @param emptyIsNull whether nothing where a key or value could be is none, instead of one of no bytes
 * @param nothing what stands for no key, no value, or the value of a header that has none
 * @param headers how headers stand in front of it all, if they do
 * @param lenient whether a record without its delimiters is a value, instead of an error
 */
@SuppressWarnings("ArrayRecordComponent") // is read, and never compared
record LineForm(
        byte[] delimiter,
        byte[] keyDelimiter,
        boolean emptyIsNull,
        Optional<byte[]> nothing,
        Optional<Headers> headers,
        boolean lenient) {

    /**
     * How headers stand in a line, as in {@code n:v,m:w}.
     *
     * @param end behind the last one
     * @param separator between two
     * @param nameEnd between a name and its value
     */
    @SuppressWarnings("ArrayRecordComponent") // as above
    record Headers(byte[] end, byte[] separator, byte[] nameEnd) {
        Headers {
            if (end.length == 0 || separator.length == 0 || nameEnd.length == 0) {
                throw new IllegalArgumentException("a delimiter of headers must not be empty");
            }
        }
    }

    LineForm {
        if (delimiter.length == 0) {
            throw new IllegalArgumentException("an empty delimiter would never end; --raw makes one record of all");
        }
    }

    /** Without headers, and nothing passed over. */
    static LineForm of(byte[] delimiter, byte[] keyDelimiter, boolean emptyIsNull) {
        return new LineForm(delimiter, keyDelimiter, emptyIsNull, Optional.empty(), Optional.empty(), false);
    }
}
