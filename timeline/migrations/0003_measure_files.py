from django.db import migrations
from PIL import Image

KINDS = ["JPEG", "PNG", "WEBP", "GIF"]
ORIENTATION, TURNED = 0x0112, {5, 6, 7, 8}  # EXIF


def measure(apps, schema_editor):
    """Files stored before. One that is lost or no picture stays unmeasured, and is not shown."""
    using = schema_editor.connection.alias
    Document = apps.get_model("timeline", "Document")
    for document in Document.objects.using(using).exclude(file="").only("file").iterator():
        try:
            size = document.file.size
        except Exception:
            continue
        Document.objects.using(using).filter(pk=document.pk).update(file_size=size)
    Event = apps.get_model("timeline", "Event")
    for event in Event.objects.using(using).exclude(image="").only("image").iterator():
        try:
            with event.image.storage.open(event.image.name) as file:
                picture = Image.open(file, formats=KINDS)
                turned = picture.getexif().get(ORIENTATION) in TURNED
                width, height = picture.size[::-1] if turned else picture.size
        except Exception:
            continue
        Event.objects.using(using).filter(pk=event.pk).update(
            image_width=width, image_height=height
        )


class Migration(migrations.Migration):
    dependencies = [("timeline", "0002_pictures_and_file_sizes")]

    operations = [migrations.RunPython(measure, migrations.RunPython.noop)]
