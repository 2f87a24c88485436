package dev.gatehouse.cli.profile;

import com.google.errorprone.annotations.FormatMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Latency and throughput over offered load, as one SVG file that needs nothing else. */
public final class Plot {
  /** Okabe and Ito's colours, which the colour-blind can tell apart; the markers differ as well. */
  private static final List<String> COLOURS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#000000");

  private static final int WIDTH = 860;
  private static final int LEFT = 76;
  private static final int RIGHT = 830;

  private final String title;
  private final List<Point> points;
  private final List<Integer> counts;
  private final StringBuilder svg = new StringBuilder();
  private final double load;

  private Plot(String title, List<Point> points) {
    this.title = title;
    this.points = points;
    this.counts = points.stream().map(Point::replicas).distinct().sorted().toList();
    this.load = Scale.above(points.stream().mapToDouble(Point::offered).max().orElse(1)).top();
  }

  /** A picture of 860 by 760 units. */
  public static String of(String title, List<Point> points) {
    return new Plot(title, points).draw();
  }

  /** One panel: where it lies and what its height means. */
  private record Panel(int top, int bottom, Scale scale) {
    double y(double value) {
      return bottom - (bottom - top) * Math.min(1, value / scale.top());
    }
  }

  /** Round numbers from 0 to a little above the largest value. */
  private record Scale(double step, double top) {
    static Scale above(double largest) {
      double rough = Math.max(largest, 1e-9) / 5;
      double power = Math.pow(10, Math.floor(Math.log10(rough)));
      double step =
          power * (rough <= power ? 1 : rough <= 2 * power ? 2 : rough <= 5 * power ? 5 : 10);
      return new Scale(step, step * Math.max(1, Math.ceil(largest / step)));
    }
  }

  private String draw() {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d 760\" width=\"%d\" height=\"760\" role=\"img\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\">",
        WIDTH, WIDTH);
    add("<title>%s</title>", escaped(title));
    add("<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>");
    add(
        "<text x=\"%d\" y=\"28\" font-size=\"17\" font-weight=\"bold\">%s</text>",
        LEFT, escaped(title));
    legend();
    var latency =
        new Panel(96, 400, Scale.above(points.stream().mapToDouble(Point::p99).max().orElse(1)));
    frame(latency, "Latency (ms)");
    lines(latency, Point::p99, "2 4");
    lines(latency, Point::p95, "8 4");
    lines(latency, Point::p50, "");
    var throughput =
        new Panel(450, 690, Scale.above(points.stream().mapToDouble(Point::done).max().orElse(1)));
    frame(throughput, "Answered (requests/s)");
    ideal(throughput);
    lines(throughput, Point::done, "");
    add(
        "<text x=\"%d\" y=\"740\" text-anchor=\"middle\">Offered load (requests/s)</text>",
        (LEFT + RIGHT) / 2);
    add("</svg>");
    return svg.toString();
  }

  private void legend() {
    int x = LEFT;
    for (int count : counts) {
      marker(count, x + 6, 52);
      add("<text x=\"%d\" y=\"57\">%d replica%s</text>", x + 18, count, count == 1 ? "" : "s");
      x += 110;
    }
    x = LEFT;
    for (String[] line : new String[][] {{"", "p50"}, {"8 4", "p95"}, {"2 4", "p99"}}) {
      add(
          "<line x1=\"%d\" y1=\"76\" x2=\"%d\" y2=\"76\" stroke=\"#444444\" stroke-width=\"2\" stroke-dasharray=\"%s\"/><text x=\"%d\" y=\"81\">%s</text>",
          x, x + 34, line[0], x + 42, line[1]);
      x += 110;
    }
  }

  private void frame(Panel panel, String label) {
    for (double value = 0; value <= panel.scale().top() * 1.001; value += panel.scale().step()) {
      double y = panel.y(value);
      add(
          "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT, y, RIGHT, y, LEFT - 8, y + 4, number(value));
    }
    Scale across = Scale.above(load);
    for (double value = 0; value <= load * 1.001; value += across.step()) {
      add(
          "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#888888\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
          x(value),
          panel.bottom(),
          x(value),
          panel.bottom() + 5,
          x(value),
          panel.bottom() + 20,
          number(value));
    }
    add(
        "<path d=\"M%d %d V%d H%d\" fill=\"none\" stroke=\"#444444\"/>",
        LEFT, panel.top(), panel.bottom(), RIGHT);
    int middle = (panel.top() + panel.bottom()) / 2;
    add(
        "<text x=\"22\" y=\"%d\" text-anchor=\"middle\" transform=\"rotate(-90 22 %d)\">%s</text>",
        middle, middle, label);
  }

  /** Where everything that is offered would be answered. */
  private void ideal(Panel panel) {
    double end = Math.min(load, panel.scale().top());
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#aaaaaa\" stroke-dasharray=\"1 3\"/>",
        x(0), panel.y(0), x(end), panel.y(end));
  }

  private void lines(Panel panel, ToDoubleFunction<Point> value, String dashes) {
    for (int count : counts) {
      List<Point> own =
          points.stream()
              .filter(point -> point.replicas() == count)
              .sorted(java.util.Comparator.comparingDouble(Point::offered))
              .toList();
      var path = new ArrayList<String>();
      for (Point point : own) {
        path.add(
            String.format(
                Locale.ROOT, "%.1f,%.1f", x(point.offered()), panel.y(value.applyAsDouble(point))));
      }
      add(
          "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\"/>",
          String.join(" ", path), colour(count), dashes);
      own.forEach(point -> marker(count, x(point.offered()), panel.y(value.applyAsDouble(point))));
    }
  }

  private void marker(int count, double x, double y) {
    String shape =
        switch (counts.indexOf(count) % 4) {
          case 0 -> "<circle r=\"4.5\"/>";
          case 1 -> "<path d=\"M-4.5 -4.5 h9 v9 h-9 z\"/>";
          case 2 -> "<path d=\"M0 -6 l5.5 10 h-11 z\"/>";
          default -> "<path d=\"M0 -6 l6 6 l-6 6 l-6 -6 z\"/>";
        };
    add(
        "<g transform=\"translate(%.1f %.1f)\" fill=\"%s\" stroke=\"#ffffff\">%s</g>",
        x, y, colour(count), shape);
  }

  private String colour(int count) {
    return COLOURS.get(counts.indexOf(count) % COLOURS.size());
  }

  private double x(double offered) {
    return LEFT + (RIGHT - LEFT) * offered / load;
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.3f", value).replaceAll("0+$", "");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  @FormatMethod
  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
