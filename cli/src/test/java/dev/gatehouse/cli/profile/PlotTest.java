package dev.gatehouse.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class PlotTest {
  private static final List<Point> SEEN =
      List.of(
          new Point(1, 10.5, 10.5, 5, 8, 12, 100, 0, "", 0.01),
          new Point(1, 20, 19.5, 9, 30, 61, 100, 0, "", 0.01),
          new Point(2, 40, 39, 7, 20, 33, 100, 0, "", 0.01));

  private static Document parsed(String svg) throws Exception {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
  }

  private static List<String> texts(Document document) {
    var texts = new ArrayList<String>();
    var nodes = document.getElementsByTagName("text");
    for (int i = 0; i < nodes.getLength(); i++) {
      texts.add(nodes.item(i).getTextContent());
    }
    return texts;
  }

  @Test
  void standsAloneAndNamesItsAxesWithUnits() throws Exception {
    Document document = parsed(Plot.of("Service <a> & more", SEEN));
    assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
    assertThat(texts(document))
        .contains(
            "Service <a> & more",
            "Latency (ms)",
            "Answered (requests/s)",
            "Offered load (requests/s)",
            "1 replica",
            "2 replicas",
            "p50",
            "p95",
            "p99");
    assertThat(document.getElementsByTagName("image").getLength()).isZero();
  }

  @Test
  void drawsALineForEachQuantileAndForTheThroughputOfEachNumberOfReplicas() throws Exception {
    var lines = parsed(Plot.of("x", SEEN)).getElementsByTagName("polyline");
    assertThat(lines.getLength()).isEqualTo(8);
    var first = lines.item(0).getAttributes();
    assertThat(first.getNamedItem("points").getTextContent().split(" ")).hasSize(2);
    assertThat(first.getNamedItem("stroke").getTextContent()).isEqualTo("#0072b2");
  }

  @Test
  void staysInsideOfItsPictureWhateverTheNumbers() throws Exception {
    for (double value : new double[] {0, 1e-6, 1e7}) {
      var svg = Plot.of("x", List.of(new Point(1, value, value, value, value, value, 1, 0, "", 0)));
      assertThat(svg).doesNotContain("NaN", "Infinity");
      var markers = parsed(svg).getElementsByTagName("polyline");
      for (int i = 0; i < markers.getLength(); i++) {
        for (String pair :
            markers.item(i).getAttributes().getNamedItem("points").getTextContent().split(" ")) {
          double x = Double.parseDouble(pair.split(",")[0]);
          double y = Double.parseDouble(pair.split(",")[1]);
          assertThat(x).isBetween(0.0, 860.0);
          assertThat(y).isBetween(0.0, 760.0);
        }
      }
    }
  }
}
