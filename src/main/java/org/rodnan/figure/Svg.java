package org.rodnan.figure;

import java.awt.Graphics2D;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.internal.chartpart.Chart;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Writes what is drawn as SVG that says in words what it shows. */
final class Svg {
  private static final String NAMESPACE = "http://www.w3.org/2000/svg";
  private static final String NOTHING = "There are no numbers to draw.";
  private static final int EMPTY_HEIGHT = 80;
  private static final int MARGIN = 20;
  private static final int LINE = 45;

  /** Digits after the point of a coordinate. */
  private static final int PRECISION = 2;

  private Svg() {}

  static byte[] of(Caption caption, Chart<?, ?> chart) {
    int width = chart.getWidth();
    int height = chart.getHeight();
    return write(caption, width, height, graphics -> chart.paint(graphics, width, height));
  }

  /**
   * A picture of several parts.
   *
   * @param drawing draws all of it
   */
  static byte[] of(Caption caption, int width, int height, Consumer<Graphics2D> drawing) {
    return write(caption, width, height, drawing);
  }

  /** A picture of nothing, which says so. */
  static byte[] empty(Caption caption) {
    return write(
        new Caption(caption.title(), caption.description() + " " + NOTHING, "", ""),
        Charts.WIDTH,
        EMPTY_HEIGHT,
        graphics -> {
          graphics.setColor(Palette.GROUND);
          graphics.fillRect(0, 0, Charts.WIDTH, EMPTY_HEIGHT);
          graphics.setColor(Palette.INK);
          graphics.drawString(NOTHING, MARGIN, LINE);
        });
  }

  private static byte[] write(
      Caption caption, int width, int height, Consumer<Graphics2D> drawing) {
    try {
      Document document =
          DocumentBuilderFactory.newDefaultNSInstance()
              .newDocumentBuilder()
              .getDOMImplementation()
              .createDocument(NAMESPACE, "svg", null);
      SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
      context.setComment(null);
      context.setPrecision(PRECISION);
      SVGGraphics2D graphics = new SVGGraphics2D(context, true);
      drawing.accept(graphics);
      Element root = graphics.getRoot();
      root.setAttribute("width", Integer.toString(width));
      root.setAttribute("height", Integer.toString(height));
      root.setAttribute("viewBox", "0 0 " + width + " " + height);
      root.setAttribute("role", "img");
      root.setAttribute("aria-labelledby", "title description");
      Element style = element(document, "style", Palette.style());
      Element description = element(document, "desc", caption.description());
      description.setAttribute("id", "description");
      Element title = element(document, "title", caption.title());
      title.setAttribute("id", "title");
      for (Element each : new Element[] {style, description, title}) {
        root.insertBefore(each, root.getFirstChild());
      }
      TransformerFactory factory = TransformerFactory.newDefaultInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      Transformer transformer = factory.newTransformer();
      transformer.setOutputProperty(OutputKeys.ENCODING, "UTF-8");
      transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      transformer.transform(new DOMSource(root), new StreamResult(out));
      return out.toByteArray();
    } catch (ParserConfigurationException | TransformerException e) {
      throw new IllegalStateException("Writing to memory failed", e);
    }
  }

  private static Element element(Document document, String name, String text) {
    Element element = document.createElementNS(NAMESPACE, name);
    element.setTextContent(text.replaceAll("[^\\x09\\x0A\\x0D\\x20-\\uD7FF\\uE000-\\uFFFD]", ""));
    return element;
  }
}
