package io.millrace.broker.net.admin;

import java.util.Locale;

/**
 * The head of an HTTP request: what is wanted, and whether the connection stays.
 *
 * @param problem the status to refuse it with; 0 if there is none
 */
record RequestHead(String method, String path, boolean isLegacy, boolean staysOpen, int problem) {
    private static final int BAD_REQUEST = 400;
    private static final int BAD_VERSION = 505;

    /** Reads a head, without the empty line at its end. */
    static RequestHead parse(String head) {
        String[] lines = head.split("\r?\n", -1);
        String[] words = lines[0].split(" ", -1);
        if (words.length != 3 || words[0].isEmpty() || !words[1].startsWith("/") || !words[2].startsWith("HTTP/")) {
            return refused(BAD_REQUEST);
        }
        if (!words[2].equals("HTTP/1.1") && !words[2].equals("HTTP/1.0")) {
            return refused(BAD_VERSION);
        }
        boolean isLegacy = words[2].equals("HTTP/1.0");
        boolean staysOpen = !isLegacy;
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon <= 0) {
                return refused(BAD_REQUEST);
            }
            String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            String value = lines[i].substring(colon + 1).trim().toLowerCase(Locale.ROOT);
            boolean hasBody = name.equals("transfer-encoding") || (name.equals("content-length") && !value.equals("0"));
            if (name.equals("connection")) {
                staysOpen = value.equals("keep-alive") || (staysOpen && !value.equals("close"));
            } else if (hasBody) {
                staysOpen = false; // nobody here reads what follows
            }
        }
        int query = words[1].indexOf('?');
        String path = query < 0 ? words[1] : words[1].substring(0, query);
        return new RequestHead(words[0], path, isLegacy, staysOpen, 0);
    }

    private static RequestHead refused(int status) {
        return new RequestHead("", "", false, false, status);
    }

    boolean isHead() {
        return method.equals("HEAD");
    }

    boolean isRead() {
        return isHead() || method.equals("GET");
    }
}
