"""What can be known about an enclosure without printing it.

Responsible for: measures on meshes. Nothing here knows a design; every function gets meshes and gives numbers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import trimesh
from build123d import Part

PRINTER_MM = 220.0
LEAST_WALL_MM = 1.6
LONGEST_BRIDGE_MM = 8.0
STEEPEST_DEGREES = 45.0
MEETING_MM3 = 0.05
"""Round parts are facets here: where two touch, facets may meet by so little."""
TOLERANCE_MM, TOLERANCE_RADIANS = 0.06, 0.32


def meshed(solid: Part) -> trimesh.Trimesh:
    """The solid as facets, corners joined."""
    points, triangles = solid.tessellate(TOLERANCE_MM, TOLERANCE_RADIANS)
    mesh = trimesh.Trimesh(np.array([tuple(point) for point in points]), np.array(triangles), process=False)
    mesh.merge_vertices(digits_vertex=5)
    mesh.update_faces(mesh.nondegenerate_faces(height=1e-7))
    return mesh


def common_volume(one: trimesh.Trimesh, other: trimesh.Trimesh) -> float:
    """Cubic millimetres that two solids share."""
    if (one.bounds[0] > other.bounds[1]).any() or (other.bounds[0] > one.bounds[1]).any():
        return 0.0
    shared = trimesh.boolean.intersection([one, other], engine="manifold", check_volume=False)
    return float(shared.volume) if len(shared.faces) else 0.0


def meetings(bodies: list[tuple[str, trimesh.Trimesh]]) -> list[str]:
    """Every pair of solids that share more than facets may."""
    found = []
    for index, (name, mesh) in enumerate(bodies):
        for other_name, other in bodies[index + 1 :]:
            shared = common_volume(mesh, other)
            if shared > MEETING_MM3:
                found.append(f"{name} and {other_name} share {shared:.2f} mm³")
    return found


def walls(mesh: trimesh.Trimesh, samples: int = 6000, seed: int = 14) -> npt.NDArray[np.float64]:
    """Thickness below points of the surface, where the other side is parallel to it: edges and wedges are no walls."""
    points, faces = trimesh.sample.sample_surface(mesh, samples, seed=seed)
    normals = mesh.face_normals[faces]
    starts = points - normals * 1e-3
    hits, rays, triangles = mesh.ray.intersects_location(starts, -normals, multiple_hits=False)
    opposite = np.einsum("ij,ij->i", mesh.face_normals[triangles], normals[rays]) < -0.97
    found = np.linalg.norm(hits - starts[rays], axis=1)[opposite]
    return np.asarray(found[found > 1e-2], dtype=np.float64)


@dataclass(frozen=True)
class Overhang:
    """Faces that look down by more than 45° and do not lie on the bed, as shares of the whole surface."""

    bridged: float
    hanging: float
    widest_mm: float


def overhang(mesh: trimesh.Trimesh) -> Overhang:
    """``bridged`` is as narrow as a printer bridges; ``hanging`` is the rest, and would need supports."""
    down = mesh.face_normals[:, 2] < -np.sin(np.radians(STEEPEST_DEGREES)) - 1e-3
    above = mesh.triangles_center[:, 2] - mesh.bounds[0][2] > 0.05
    wanted = np.nonzero(down & above)[0]
    bridged = hanging = widest = 0.0
    if not len(wanted):
        return Overhang(0.0, 0.0, 0.0)
    pairs = mesh.face_adjacency[np.isin(mesh.face_adjacency, wanted).all(axis=1)]
    for group in trimesh.graph.connected_components(pairs, nodes=wanted):
        spots = mesh.triangles[group].reshape(-1, 3)[:, :2]
        area = float(mesh.area_faces[group].sum())
        narrow = _narrowest(spots)
        widest = max(widest, narrow)
        if narrow <= LONGEST_BRIDGE_MM:
            bridged += area
        else:
            hanging += area
    return Overhang(bridged / mesh.area, hanging / mesh.area, widest)


def _narrowest(spots: npt.NDArray[np.float64]) -> float:
    """The least width of a patch seen from above, over all directions in steps of 5°."""
    turns = np.radians(np.arange(0, 180, 5))
    across = spots @ np.stack([np.cos(turns), np.sin(turns)])
    return float((across.max(axis=0) - across.min(axis=0)).min())
