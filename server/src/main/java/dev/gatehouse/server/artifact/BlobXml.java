package dev.gatehouse.server.artifact;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import javax.xml.stream.XMLStreamWriter;

/** The two XML documents of the blob protocol: block lists in, listings out. */
final class BlobXml {
  private static final int MAX_BLOCKS = 50_000;

  private BlobXml() {}

  /** The ids of a block list in their order; document types and entities are refused. */
  static List<String> blockIds(byte[] document) {
    var factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    var ids = new ArrayList<String>();
    try {
      XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(document));
      reader.nextTag();
      reader.require(XMLStreamConstants.START_ELEMENT, null, "BlockList");
      while (reader.nextTag() == XMLStreamConstants.START_ELEMENT) {
        switch (reader.getLocalName()) {
          case "Latest", "Uncommitted" -> ids.add(reader.getElementText().strip());
          default ->
              throw invalid(
                  "it names a block as '%s' (expected: Latest or Uncommitted)"
                      .formatted(reader.getLocalName()));
        }
        if (ids.size() > MAX_BLOCKS) {
          throw invalid("it has more than " + MAX_BLOCKS + " blocks");
        }
      }
    } catch (XMLStreamException e) {
      throw new ProblemException(invalid("it is not such a document").problem(), e);
    }
    return ids;
  }

  /** One page; {@code next} is empty on the last. */
  static String listing(String container, String prefix, List<Blob> blobs, String next) {
    var text = new StringWriter();
    try {
      XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
      xml.writeStartDocument("utf-8", "1.0");
      xml.writeStartElement("EnumerationResults");
      xml.writeAttribute("ContainerName", container);
      element(xml, "Prefix", prefix);
      xml.writeStartElement("Blobs");
      for (Blob blob : blobs) {
        xml.writeStartElement("Blob");
        element(xml, "Name", blob.name());
        xml.writeStartElement("Properties");
        element(xml, "Last-Modified", BlobAnswers.httpDate(blob.modified()));
        element(xml, "Etag", blob.etag());
        element(xml, "Content-Length", Long.toString(blob.content().size()));
        element(xml, "Content-Type", blob.mediaType());
        element(xml, "BlobType", "BlockBlob");
        xml.writeEndElement();
        xml.writeEndElement();
      }
      xml.writeEndElement();
      element(xml, "NextMarker", next);
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IllegalStateException("a text takes any XML", e);
    }
    return text.toString();
  }

  private static void element(XMLStreamWriter xml, String name, String text)
      throws XMLStreamException {
    xml.writeStartElement(name);
    xml.writeCharacters(text);
    xml.writeEndElement();
  }

  private static ProblemException invalid(String why) {
    return new ProblemException(
        new Problem.Invalid("InvalidXmlDocument", "The block list is refused: " + why + "."));
  }
}
