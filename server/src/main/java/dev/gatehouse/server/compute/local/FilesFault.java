package dev.gatehouse.server.compute.local;

/** The uploaded files of a service cannot be laid out; the message names the file and the rule. */
public final class FilesFault extends RuntimeException {

  FilesFault(String sentence) {
    super(sentence);
  }
}
