"""Shaded pictures of an assembly, drawn off screen by VTK.

Responsible for: colours, light and the camera. What is drawn are the same meshes that the checks read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import vtk
from vtk.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray

COLOURS = {
    "shell": (0.93, 0.92, 0.89), "plate": (0.36, 0.38, 0.42), "clip": (0.95, 0.62, 0.25), "back": (0.30, 0.36, 0.44),
    "board": (0.10, 0.42, 0.24), "panel": (0.03, 0.04, 0.06), "white": (0.97, 0.97, 0.97), "green": (0.10, 0.62, 0.30),
    "blue": (0.15, 0.35, 0.75), "yellow": (0.96, 0.78, 0.16), "black": (0.10, 0.10, 0.11), "knob": (0.14, 0.14, 0.15),
    "metal": (0.62, 0.64, 0.67), "light": (0.85, 0.12, 0.10), "cap": (0.75, 0.15, 0.13), "plug": (0.22, 0.22, 0.24),
    "battery": (0.55, 0.60, 0.68), "glow": (0.75, 0.95, 1.0),
}  # fmt: skip
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Body:
    """A mesh with its colour, and how far it is moved in an exploded view."""

    points: Floats
    triangles: npt.NDArray[np.int64]
    colour: str
    moved: tuple[float, float, float] = (0, 0, 0)


def _actor(body: Body) -> vtk.vtkActor:
    """The mesh, smooth where it is round and sharp at its edges."""
    points = vtk.vtkPoints()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(body.points + np.array(body.moved)), deep=True))
    count = len(body.triangles)
    cells = np.hstack([np.full((count, 1), 3), body.triangles]).astype(np.int64).ravel()
    polygons = vtk.vtkCellArray()
    polygons.SetCells(count, numpy_to_vtkIdTypeArray(cells, deep=True))
    data = vtk.vtkPolyData()
    data.SetPoints(points)
    data.SetPolys(polygons)
    clean = vtk.vtkCleanPolyData()
    clean.SetInputData(data)
    normals = vtk.vtkPolyDataNormals()
    normals.SetInputConnection(clean.GetOutputPort())
    normals.SetFeatureAngle(32)
    normals.SplittingOn()
    mapper = vtk.vtkPolyDataMapper()
    mapper.SetInputConnection(normals.GetOutputPort())
    actor = vtk.vtkActor()
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.SetColor(*COLOURS[body.colour])
    glows = body.colour == "glow"
    look.SetAmbient(0.9 if glows else 0.26)
    look.SetDiffuse(0.2 if glows else 0.80)
    shiny = body.colour in {"panel", "knob", "white", "green", "blue", "yellow", "black", "light", "cap"}
    look.SetSpecular(0.45 if shiny else 0.10)
    look.SetSpecularPower(30 if shiny else 8)
    return actor


def _edges(actor: vtk.vtkActor) -> vtk.vtkActor:
    """Thin dark lines along the sharp edges."""
    edges = vtk.vtkFeatureEdges()
    edges.SetInputConnection(actor.GetMapper().GetInputConnection(0, 0).GetProducer().GetInputConnection(0, 0))
    edges.BoundaryEdgesOff()
    edges.NonManifoldEdgesOff()
    edges.ManifoldEdgesOff()
    edges.SetFeatureAngle(32)
    mapper = vtk.vtkPolyDataMapper()
    mapper.SetInputConnection(edges.GetOutputPort())
    mapper.ScalarVisibilityOff()
    line = vtk.vtkActor()
    line.SetMapper(mapper)
    line.GetProperty().SetColor(0.16, 0.17, 0.19)
    line.GetProperty().SetLineWidth(1.3)
    line.GetProperty().LightingOff()
    return line


def _lights(renderer: vtk.vtkRenderer) -> None:
    """A key light from the upper left of whoever looks, a fill from the right and one from below."""
    for at, strength in (((-1.0, 1.6, 1.2), 0.70), ((1.6, 0.4, 1.0), 0.34), ((0.0, -1.2, 0.8), 0.16)):
        light = vtk.vtkLight()
        light.SetLightTypeToCameraLight()
        light.SetPosition(*at)
        light.SetFocalPoint(0, 0, 0)
        light.SetIntensity(strength)
        renderer.AddLight(light)


def draw(bodies: Iterable[Body], path: Path, towards: tuple[float, float, float], zoom: float = 1.0,
         size: tuple[int, int] = (1500, 1050), up: tuple[float, float, float] = (0, 0, 1)) -> None:  # fmt: skip
    """Write a PNG of the bodies, seen from ``towards``."""
    renderer = vtk.vtkRenderer()
    renderer.SetBackground(1.0, 1.0, 1.0)
    renderer.SetBackground2(0.87, 0.89, 0.92)
    renderer.GradientBackgroundOn()
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for body in bodies:
        actor = _actor(body)
        renderer.AddActor(actor)
        renderer.AddActor(_edges(actor))
        moved = body.points + np.array(body.moved)
        low, high = np.minimum(low, moved.min(axis=0)), np.maximum(high, moved.max(axis=0))
    centre, reach = (low + high) / 2, float(np.linalg.norm(high - low))
    _lights(renderer)
    camera = renderer.GetActiveCamera()
    camera.SetFocalPoint(*centre)
    direction = np.array(towards, dtype=float)
    camera.SetPosition(*(centre + 2.4 * reach * direction / np.linalg.norm(direction)))
    camera.SetViewUp(*up)
    camera.SetViewAngle(24)
    renderer.ResetCamera()
    camera.Zoom(1.12 * zoom)
    renderer.ResetCameraClippingRange()
    window = vtk.vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(8)
    window.SetSize(*size)
    window.AddRenderer(renderer)
    shade = vtk.vtkSSAOPass()
    shade.SetDelegatePass(vtk.vtkRenderStepsPass())
    shade.SetRadius(0.04 * reach)
    shade.SetBias(0.0008 * reach)
    shade.SetKernelSize(128)
    shade.BlurOn()
    renderer.SetPass(shade)
    window.Render()
    grab = vtk.vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.ReadFrontBufferOff()
    grab.Update()
    writer = vtk.vtkPNGWriter()
    writer.SetFileName(str(path))
    writer.SetInputConnection(grab.GetOutputPort())
    writer.Write()
