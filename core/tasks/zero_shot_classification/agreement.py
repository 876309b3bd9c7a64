"""How far classes agree: as those of any classifier."""

from core.tasks.text_classification.agreement import agreement as agreement
from core.tasks.text_classification.agreement import change as change
from core.tasks.text_classification.agreement import differences as differences
