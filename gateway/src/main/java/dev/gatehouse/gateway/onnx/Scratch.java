package dev.gatehouse.gateway.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * A few small native buffers that requests borrow, because making one costs more than a small
 * model's run.
 */
final class Scratch {
  static final int SIZE = 16 << 10;

  private final ArrayBlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(32);

  ByteBuffer take() {
    var buffer = free.poll();
    return buffer != null ? buffer : ByteBuffer.allocateDirect(SIZE).order(ByteOrder.nativeOrder());
  }

  void giveBack(ByteBuffer buffer) {
    buffer.clear();
    // A full queue drops the buffer to the garbage collector.
    var _ = free.offer(buffer);
  }
}
